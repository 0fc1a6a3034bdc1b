#include "feeds/schedule.h"
