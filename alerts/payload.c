#include "alerts/payload.h"
