"""What is done with surveys: one function a deed."""
