#include "text/token.h"
typedef int placeholder;
