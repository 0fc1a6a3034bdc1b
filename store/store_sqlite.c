#include "store/store_private.h"
typedef int placeholder;
