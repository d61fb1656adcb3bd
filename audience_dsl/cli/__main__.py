"""`python -m audience_dsl.cli`, where the script `audience` is not on the path."""

import sys

from . import main

sys.exit(main())
