#include "topics/query.h"
typedef int placeholder;
