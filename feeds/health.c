#include "feeds/health.h"
