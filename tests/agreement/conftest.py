"""How much is compared: enough to cover every pair of features, within minutes on two cores."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
