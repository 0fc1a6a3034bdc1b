#include "lib/dns.h"
