#include "alerts/route.h"
