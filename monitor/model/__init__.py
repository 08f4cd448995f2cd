"""The values that travel through the program: frozen, slotted, without behaviour that does I/O."""
