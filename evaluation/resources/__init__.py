"""What the evaluation hands out as workbooks."""
