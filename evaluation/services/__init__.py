"""What can happen to evaluations: packs loaded, parameters set, runs requested and computed,
waivers requested and approved."""
