"""Words: fold, tokenize with offsets, sentences and paragraphs, numbers, stems. Pure."""
