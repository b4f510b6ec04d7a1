"""The phrase bank (提法库): wordings that an office has entered, with source and validity. None is ever composed."""
