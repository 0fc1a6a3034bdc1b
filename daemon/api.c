#include "daemon/api.h"
