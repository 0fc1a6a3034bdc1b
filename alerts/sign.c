#include "alerts/sign.h"
