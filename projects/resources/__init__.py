"""What goes out of projects as files: papers to print, workbooks."""
