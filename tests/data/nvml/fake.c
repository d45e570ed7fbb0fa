/*
 * Stands in for libnvidia-ml.so.1: the functions of NVML that auditor calls, as nvml.h declares them.
 * Which machine it is, is said when it is compiled:
 *   -DDEVICES=n       so many GPUs
 *   -DMIG             the first is parted in two
 *   -DOLDER           a driver that lacks the newer functions
 *   -DLOST            the last GPU has fallen off the bus
 *   -DINIT=code       the driver refuses: 4 no permission, 9 not loaded, 18 another version than its library
 *   -DMUTE            everything about a device is forbidden
 */
#include <stdint.h>
#include <stdio.h>

#ifndef DEVICES
#define DEVICES 1
#endif
#ifndef INIT
#define INIT 0
#endif

enum { SUCCESS = 0, INVALID = 2, NOT_SUPPORTED = 3, NO_PERMISSION = 4, NOT_FOUND = 6, TOO_SMALL = 7, IS_LOST = 15 };

typedef int Return;
typedef uintptr_t Device; /* the number of a GPU, from 1; of a part of one, from 100 */

struct Memory { unsigned long long total, free, used; };
struct Process { unsigned pid; unsigned long long memory; unsigned gpu_instance, compute_instance; };
struct Attributes {
    unsigned multiprocessors, copy, decoder, encoder, jpeg, ofa, gpu_slices, compute_slices;
    unsigned long long megabytes;
};

static Return able(Device device)
{
#ifdef MUTE
    return NO_PERMISSION;
#endif
#ifdef LOST
    if (device == DEVICES) return IS_LOST;
#endif
    return SUCCESS;
}

static Return text(Device device, char *out, unsigned size, const char *said)
{
    Return refused = able(device);
    if (!refused && snprintf(out, size, "%s", said) >= (int)size) return TOO_SMALL;
    return refused;
}

static Return number(Device device, unsigned *out, unsigned said)
{
    Return refused = able(device);
    if (!refused) *out = said;
    return refused;
}

Return nvmlInitWithFlags(unsigned flags) { (void)flags; return INIT; }
Return nvmlShutdown(void) { return SUCCESS; }
Return nvmlSystemGetDriverVersion(char *out, unsigned size) { snprintf(out, size, "580.65.06"); return SUCCESS; }
Return nvmlDeviceGetCount_v2(unsigned *count) { *count = DEVICES; return SUCCESS; }

Return nvmlDeviceGetHandleByIndex_v2(unsigned index, Device *device)
{
    if (index >= DEVICES) return INVALID;
    *device = index + 1;
    return SUCCESS;
}

Return nvmlDeviceGetName(Device d, char *out, unsigned size) { return text(d, out, size, "NVIDIA H200"); }
Return nvmlDeviceGetVbiosVersion(Device d, char *out, unsigned size) { return text(d, out, size, "96.00.CF.00.02"); }
Return nvmlDeviceGetBoardPartNumber(Device d, char *out, unsigned size) { return text(d, out, size, "692-2G520-0280-001"); }
Return nvmlDeviceGetInforomImageVersion(Device d, char *out, unsigned size) { return text(d, out, size, "G520.0280.00.05"); }
Return nvmlDeviceGetSerial(Device d, char *out, unsigned size) { return text(d, out, size, "1652023011111"); }

Return nvmlDeviceGetUUID(Device d, char *out, unsigned size)
{
    char name[64];
    snprintf(name, sizeof name, "GPU-00000000-1111-2222-3333-%012u", (unsigned)d);
    return text(d, out, size, name);
}

Return nvmlDeviceGetMemoryInfo(Device d, struct Memory *out)
{
    out->total = 150754820096ULL;
    out->free = out->total;
    out->used = 0;
    return able(d);
}

Return nvmlDeviceGetCudaComputeCapability(Device d, int *major, int *minor)
{
    *major = 9;
    *minor = 0;
    return able(d);
}

Return nvmlDeviceGetEccMode(Device d, unsigned *now, unsigned *pending)
{
    *now = 1;
    *pending = 0;
    return able(d);
}

Return nvmlDeviceGetMaxPcieLinkGeneration(Device d, unsigned *out) { return number(d, out, 5); }
Return nvmlDeviceGetMaxPcieLinkWidth(Device d, unsigned *out) { return number(d, out, 16); }

/* One GPU has nobody to be linked with: then it is not supported, as on a board without bridges. */
Return nvmlDeviceGetNvLinkState(Device d, unsigned link, unsigned *active)
{
    if (DEVICES == 1) return able(d) ? able(d) : NOT_SUPPORTED;
    if (link >= 18) return INVALID;
    return number(d, active, link < 12);
}

Return nvmlDeviceGetNvLinkVersion(Device d, unsigned link, unsigned *out)
{
    return link < 18 ? number(d, out, 7) : INVALID;
}

Return nvmlDeviceGetTemperature(Device d, unsigned sensor, unsigned *out) { return sensor ? INVALID : number(d, out, 34); }
Return nvmlDeviceGetEnforcedPowerLimit(Device d, unsigned *out) { return number(d, out, 700500); }
Return nvmlDeviceGetPerformanceState(Device d, unsigned *out) { return number(d, out, 0); }
Return nvmlDeviceGetPersistenceMode(Device d, unsigned *out) { return number(d, out, 1); }

Return nvmlDeviceGetClockInfo(Device d, unsigned kind, unsigned *out)
{
    return number(d, out, kind == 1 ? 1980 : kind == 2 ? 3201 : 0);
}

Return nvmlDeviceGetCurrentClocksThrottleReasons(Device d, unsigned long long *out)
{
    *out = 0x4 | 0x40; /* software's power cap, hardware's thermal slowdown */
    return able(d);
}

#ifndef OLDER
Return nvmlSystemGetCudaDriverVersion_v2(int *out) { *out = 13020; return SUCCESS; }
Return nvmlDeviceGetArchitecture(Device d, unsigned *out) { return number(d, out, 9); }
Return nvmlDeviceGetNumGpuCores(Device d, unsigned *out) { return number(d, out, 16896); }

Return nvmlDeviceGetComputeRunningProcesses_v3(Device d, unsigned *count, struct Process *out)
{
    Return refused = able(d);
    if (refused) return refused;
    if (*count < 2) {
        *count = 2;
        return TOO_SMALL;
    }
    *count = 2;
    for (unsigned i = 0; i < 2; i++) out[i] = (struct Process){4711 + i, 1 << 20, 0, 0};
    return SUCCESS;
}

Return nvmlDeviceGetMigMode(Device d, unsigned *now, unsigned *pending)
{
#ifdef MIG
    *now = *pending = 1;
#else
    *now = *pending = 0;
#endif
    return able(d);
}

Return nvmlDeviceGetMaxMigDeviceCount(Device d, unsigned *out) { return number(d, out, 7); }

Return nvmlDeviceGetMigDeviceHandleByIndex(Device d, unsigned index, Device *out)
{
    if (d != 1 || index % 2 || index > 2) return NOT_FOUND;
    *out = 100 + index;
    return able(d);
}

Return nvmlDeviceGetAttributes_v2(Device part, struct Attributes *out)
{
    *out = (struct Attributes){0};
    out->multiprocessors = part == 100 ? 60 : 16;
    out->gpu_slices = out->compute_slices = part == 100 ? 3 : 1;
    out->megabytes = part == 100 ? 71680 : 18432;
    return part >= 100 ? SUCCESS : INVALID;
}
#endif
