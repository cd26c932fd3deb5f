"""From the address of a portal to the draft of its file: which CMS, which columns, whose portal. Guesses, each with what it rests on."""
