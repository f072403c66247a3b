/* "Do it n times" for peers_plugin.py, in C as the peers have it: a call through ctypes costs as much as a small product. */
#include <halfstep.h>

#define LOOP(name, arguments, call)       \
    int name arguments                    \
    {                                     \
        int st = 0;                       \
        for (long i = 0; i < times; i++)  \
            st |= call;                   \
        return st;                        \
    }

LOOP(loop_quantize_s8, (long times, int8_t *q, const float *x, size_t n, const struct hs_quantization *how),
     hs_quantize_f32_s8(q, x, n, how, 0))
LOOP(loop_quantize_u8, (long times, uint8_t *q, const float *x, size_t n, const struct hs_quantization *how),
     hs_quantize_f32_u8(q, x, n, how, 0))
LOOP(loop_quantize_channels,
     (long times, int8_t *q, const float *x, size_t channels, size_t n, const float *scales, const struct hs_quantization *how),
     hs_quantize_channels_f32_s8(q, x, channels, n, scales, 0, how, 0))
LOOP(loop_dequantize_s8, (long times, float *x, const int8_t *q, size_t n, float scale, int32_t zero_point),
     hs_dequantize_s8_f32(x, q, n, scale, zero_point))
LOOP(loop_dequantize_u8, (long times, float *x, const uint8_t *q, size_t n, float scale, int32_t zero_point),
     hs_dequantize_u8_f32(x, q, n, scale, zero_point))
LOOP(loop_fake_quantize, (long times, float *y, const float *x, size_t n, const struct hs_quantization *how),
     hs_fake_quantize_f32(y, x, n, how))
LOOP(loop_fake_quantize_with_grad,
     (long times, float *y, float *dx, const float *x, const float *dy, size_t n, const struct hs_quantization *how),
     hs_fake_quantize_with_grad_f32(y, dx, x, dy, n, how))
LOOP(loop_minmax, (long times, const float *x, size_t n, float *min, float *max), hs_minmax_f32(x, n, min, max, 0))
LOOP(loop_histogram, (long times, const float *x, size_t n, float lo, float hi, uint64_t *counts, size_t bins),
     hs_histogram_f32(x, n, lo, hi, counts, bins, 0))
LOOP(loop_linear, (long times, const struct hs_linear *l, const uint8_t *x, size_t m, uint8_t *y), hs_linear_u8_u8(l, x, m, y))
LOOP(loop_conv2d, (long times, struct hs_conv2d *c, const uint8_t *x, size_t images, uint8_t *y),
     hs_conv2d_u8_u8(c, x, images, y))

/* All images in batches, as a program that serves requests would. */
int loop_net(long times, struct hs_net *net, const float *x, size_t images, size_t batch, size_t width, size_t classes, float *logits)
{
    int st = 0;
    for (long i = 0; i < times; i++)
        for (size_t at = 0; at < images; at += batch) {
            size_t n = images - at < batch ? images - at : batch;
            st |= hs_net_run(net, x + at * width, n, logits + at * classes);
        }
    return st;
}
