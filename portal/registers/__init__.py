"""The desk's base for registers that the bureau keeps by form: organizations, projects."""
