"""The debugger on a full screen of the terminal."""
