#include "alerts/sink.h"
