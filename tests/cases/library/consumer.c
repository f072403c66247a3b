/* A program of someone else: built outside of the tree, as C and as C++, with what is installed
 * alone. */
#include <halfstep.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_that(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "%s: %s\n", what, hs_message());
        exit(1);
    }
}

static void codes(void)
{
    const float x[6] = {-1.5f, -0.5f, 0.5f, 1.5f, 2.5f, 1000.0f};
    const signed char wanted[6] = {-2, 0, 0, 2, 2, 127};
    const float scales[2] = {0.5f, 0.25f};
    const signed char by_channel[6] = {-3, -1, 1, 6, 10, 127};
    struct hs_quantization how = {1.0f, 0, -128, 127, HS_HALF_EVEN, 0, 0};
    signed char q[6];
    float back[6], dx[6];
    size_t clipped = 0;

    assert_that(hs_quantize_f32_s8(q, x, 6, &how, &clipped) == 0, "quantize");
    assert_that(memcmp(q, wanted, 6) == 0 && clipped == 1, "codes");
    assert_that(hs_quantize_channels_f32_s8(q, x, 2, 3, scales, NULL, &how, NULL) == 0, "channels");
    assert_that(memcmp(q, by_channel, 6) == 0, "codes by channel");
    assert_that(hs_dequantize_s8_f32(back, q, 6, 0.25f, 0) == 0 && back[4] == 2.5f, "dequantize");
    assert_that(hs_fake_quantize_with_grad_f32(back, dx, x, x, 6, &how) == 0, "fake-quantize");
    assert_that(back[3] == 2.0f && dx[3] == 1.5f && dx[5] == 0.0f, "values and gradients");
    how.scale = 0;
    assert_that(hs_quantize_f32_s8(q, x, 6, &how, NULL) != 0, "a scale of 0");
    assert_that(strstr(hs_message(), "scale 0 is no step") != NULL, "its sentence");
}

/* What cannot be right is refused with the status that the header promises, not computed. */
static void refusals(void)
{
    const float multiplier = 1.0f, x[4] = {-1.0f, 0.5f, 300.0f, 2.0f}, scales[2] = {1.0f, 0.5f};
    const int32_t zero_points[2] = {10, 20};
    const unsigned char by_channel[4] = {9, 10, 255, 24};
    const struct hs_output output = {&multiplier, 0, 0, 0, 255};
    struct hs_conv2d_shape shape = {2, 4, 1, 1, {5, 3}, {1, 1}, {1, 1}, {1, 1}, 1};
    struct hs_quantization how = {1.0f, 0, 0, 255, HS_HALF_EVEN, 0, 0};
    const signed char w[15] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const unsigned char in[8] = {0};
    struct hs_linear *l = NULL;
    struct hs_conv2d *c = NULL;
    unsigned char out[8];
    int32_t acc[1];
    size_t clipped = 0;

    assert_that(hs_quantize_channels_f32_u8(out, x, 2, 2, scales, zero_points, &how, &clipped) == 0,
                "uint8");
    assert_that(memcmp(out, by_channel, 4) == 0 && clipped == 1, "uint8 codes by channel");
    assert_that(hs_linear_new(&l, w, 0, 3, NULL, 0, &output) == 3 && l == NULL, "no output");
    assert_that(hs_linear_new(&l, w, 1, 3, NULL, 0, &output) == 0, "one output");
    hs_linear_free(l);
    assert_that(hs_linear_new(&l, w, 1, 3, NULL, -5, &output) == 0, "a zero point of int8");
    assert_that(hs_linear_u8_s32(l, in, 1, acc) == 2, "is none of uint8");
    assert_that(hs_linear_s8_s32(l, (const signed char *)in, 1, acc) == 0 && acc[0] == 15,
                "but of int8");
    hs_linear_free(l);
    assert_that(hs_conv2d_new(&c, w, &shape, NULL, 0, &output) == 3 && c == NULL, "5 rows over 4");
    assert_that(strstr(hs_message(), "5 rows does not fit into 4") != NULL, "its sentence");
    shape.kernel[0] = 3;
    assert_that(hs_conv2d_new(&c, w, &shape, NULL, -5, &output) == 0, "a padding of int8");
    assert_that(hs_conv2d_u8_u8(c, in, 1, out) == 2, "cannot pad uint8");
    hs_conv2d_free(c);
    shape.height = shape.padding[0] = shape.padding[1] = (size_t)1 << 24;
    shape.width = shape.channels = shape.out_channels = shape.kernel[0] = shape.kernel[1] =
        (size_t)1 << 24;
    assert_that(hs_conv2d_new(&c, w, &shape, NULL, 0, &output) == 3 && c == NULL,
                "sizes whose product wraps");
    assert_that(hs_requantize_s32_u8(out, acc, 1, NULL, 0.5, 0, 0, 255) == 2, "no mode");
}

static void ranges(void)
{
    const float x[4] = {-1.0f, 0.25f, 3.0f, 2.0f};
    struct hs_quantization how;
    uint64_t counts[4];
    float lo, hi;

    assert_that(hs_minmax_f32(x, 4, &lo, &hi, NULL) == 0 && lo == -1.0f && hi == 3.0f,
                "min and max");
    assert_that(hs_absmax_f32(x, 4, &hi, NULL) == 0 && hi == 3.0f, "absmax");
    assert_that(hs_histogram_f32(x, 4, -1.0f, 3.0f, counts, 4, NULL) == 0, "histogram");
    assert_that(counts[0] == 1 && counts[1] == 1 && counts[2] == 0 && counts[3] == 2, "counts");
    assert_that(hs_calibrate_f32(&how, x, 4, "minmax", "affine", "uint8", NULL) == 0, "calibrate");
    assert_that(how.qmax == 255 && how.zero_point == 64, "zero point");
    assert_that(hs_calibrate_f32(&how, x, 4, "maxmin", NULL, NULL, NULL) != 0,
                "an unknown observer");
    assert_that(strstr(hs_message(), "choose one of") != NULL, "its sentence");
}

static int clamp_round(float v, int z)
{
    int r = (int)(v < 0 ? v - 0.5f : v + 0.5f); /* no ties in these numbers */

    r += z;
    return r < 0 ? 0 : r > 255 ? 255 : r;
}

static void linear(void)
{
    enum { M = 3, IN = 5, OUT = 2 };
    const unsigned char x[M][IN] = {{1, 2, 3, 4, 5}, {0, 255, 0, 255, 7}, {9, 9, 9, 9, 9}};
    const signed char w[OUT][IN] = {{1, -2, 3, -4, 5}, {-128, 127, 0, 1, 1}};
    const int32_t bias[OUT] = {10, -20};
    const float multipliers[OUT] = {0.37f, 0.013f};
    const struct hs_output output = {multipliers, 1, 3, 0, 255};
    struct hs_linear *l = NULL;
    unsigned char y[M][OUT];
    int32_t acc[M][OUT];

    assert_that(hs_linear_new(&l, w[0], OUT, IN, bias, 4, &output) == 0, "linear");
    assert_that(hs_linear_u8_u8(l, x[0], M, y[0]) == 0 && hs_linear_u8_s32(l, x[0], M, acc[0]) == 0,
                "run");
    for (int i = 0; i < M; i++)
        for (int j = 0; j < OUT; j++) {
            int32_t sum = bias[j];

            for (int t = 0; t < IN; t++)
                sum += (x[i][t] - 4) * w[j][t];
            assert_that(acc[i][j] == sum, "a sum");
            assert_that(y[i][j] == clamp_round((float)sum * multipliers[j], 3), "a code");
        }
    hs_linear_free(l);
}

static void convolution(void)
{
    enum { C = 2, H = 3, W = 4, O = 1 };
    const struct hs_conv2d_shape shape = {H, W, C, O, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 1};
    const float multiplier = 0.05f;
    const struct hs_output output = {&multiplier, 0, 0, 0, 255};
    struct hs_conv2d *c = NULL;
    signed char w[O * C * 9];
    unsigned char x[H * W * C], y[H * W * O];
    size_t rows, columns;

    for (int i = 0; i < O * C * 9; i++)
        w[i] = (signed char)(i * 7 % 11 - 3);
    for (int i = 0; i < H * W * C; i++)
        x[i] = (unsigned char)(i * 13 % 50);
    assert_that(hs_conv2d_new(&c, w, &shape, NULL, 5, &output) == 0, "convolution");
    hs_conv2d_output_size(c, &rows, &columns);
    assert_that(rows == H && columns == W, "its size");
    assert_that(hs_conv2d_u8_u8(c, x, 1, y) == 0, "run");
    for (int r = 0; r < H; r++)
        for (int q = 0; q < W; q++) {
            int32_t sum = 0;

            for (int ch = 0; ch < C; ch++)
                for (int i = 0; i < 3; i++)
                    for (int j = 0; j < 3; j++) {
                        int row = r + i - 1, column = q + j - 1, code = 5;

                        if (row >= 0 && row < H && column >= 0 && column < W)
                            code = x[(row * W + column) * C + ch];
                        sum += (code - 5) * w[(ch * 3 + i) * 3 + j];
                    }
            assert_that(y[r * W + q] == clamp_round((float)sum * multiplier, 0), "a pixel");
        }
    hs_conv2d_free(c);
}

static void others(void)
{
    const float a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8};
    const int32_t acc[3] = {-7, 7, 100000};
    float c[4];
    signed char q[3];

    assert_that(hs_matmul_f32(c, a, b, 2, 2, 2, 0, 1, 0) == 0 && c[0] == 17 && c[3] == 53,
                "product");
    assert_that(hs_requantize_s32_s8(q, acc, 3, "shift_floor", 0.5, 0, -128, 127) == 0,
                "requantize");
    assert_that(q[0] == -4 && q[1] == 3 && q[2] == 127, "its codes");
    assert_that(hs_requantize_s32_s8(q, acc, 3, "rounding", 0.5, 0, -128, 127) != 0,
                "an unknown mode");
}

int main(void)
{
    codes();
    refusals();
    ranges();
    linear();
    convolution();
    others();
    printf("libhalfstep %s, %s\n", hs_library_version(), hs_instruction_set());
    return 0;
}
