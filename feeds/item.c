#include "feeds/item.h"
