"""`python -m sopengine.cli`."""

import sys

from sopengine.cli import main

sys.exit(main())
