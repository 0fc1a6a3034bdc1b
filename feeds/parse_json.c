#include "feeds/parse_private.h"
typedef int placeholder;
