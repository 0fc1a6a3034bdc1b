#include "alerts/event.h"
