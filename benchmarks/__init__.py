"""How long things take: the same work at a thousand, ten thousand and a hundred thousand resources."""
