#include "config/conf.h"
