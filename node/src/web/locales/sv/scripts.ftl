# Vad skripten säger.
