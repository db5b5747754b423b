"""What can happen in the register of organizations."""
