#include "daemon/pipeline.h"
typedef int placeholder;
