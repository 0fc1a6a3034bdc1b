#include "daemon/notify.h"
typedef int placeholder;
