#include "lib/metrics.h"
