#include "feeds/fetch.h"
