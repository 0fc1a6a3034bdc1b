#include "lib/http.h"
