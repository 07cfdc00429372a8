"""The relatives of Bitcoin: what they sign or write otherwise, a file for each way."""
