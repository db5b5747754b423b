"""What a person is told: a notice in the inbox first, once a day a mail about the new ones."""
