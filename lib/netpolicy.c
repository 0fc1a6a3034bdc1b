#include "lib/netpolicy.h"
