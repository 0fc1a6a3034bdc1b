#include "daemon/status.h"
typedef int placeholder;
