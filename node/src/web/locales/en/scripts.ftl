# What scripts say.
