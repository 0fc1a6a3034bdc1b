#include "daemon/reload.h"
typedef int placeholder;
