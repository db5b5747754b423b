"""What is typed into the register and the casework."""
