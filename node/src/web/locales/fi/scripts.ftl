# Mitä skriptit sanovat.
