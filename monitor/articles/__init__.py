"""What an article is: file formats to articles, language, identity. Pure."""
