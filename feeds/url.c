#include "feeds/url.h"
