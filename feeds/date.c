#include "feeds/date.h"
