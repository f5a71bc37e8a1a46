package io.bakstripe.worker.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.worker.key.DataKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

/** Parts of mode 2, opened by Tink as readers do and, for what the format's description promises, with nothing but the JDK's HMAC and AES-GCM. */
class GcmSealerTest {
    private static final FileIdentity FILE = new FileIdentity(
            UUID.fromString("0f0e0d0c-0b0a-0908-0706-050403020100"),
            new BackupSetId(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff")),
            2,
            3);
    private static final int SEGMENT = 1 << 20;
    private static final int HEADER = 40;
    private static final int TAG = 16;

    private final Random random = new Random(7);
    private final byte[] keyBytes = random(32);
    private final AuthenticatedParts parts = new AuthenticatedParts(key(), FILE);

    private DataKey key() {
        return DataKey.takeOver(keyBytes.clone());
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private record SealedPart(byte[] plain, byte[] bytes) {}

    private SealedPart sealed(PartSealer sealer, int number, boolean last, List<Integer> pieces) {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        sealer.begin(number, last);
        for (int bytes : pieces) {
            byte[] piece = random(bytes);
            plain.writeBytes(piece);
            sealed.writeBytes(sealer.add(piece));
        }
        PartSealer.Tail tail = sealer.end();
        assertThat(tail.carry()).isEmpty();
        sealed.writeBytes(tail.bytes());
        return new SealedPart(plain.toByteArray(), sealed.toByteArray());
    }

    private byte[] opened(byte[] sealed, int number, boolean last) throws IOException {
        try (SeekableByteChannel channel = parts.open(new SeekableInMemoryByteChannel(sealed), number, last)) {
            ByteBuffer into = ByteBuffer.allocate((int) channel.size());
            while (into.hasRemaining() && channel.read(into) >= 0) {
                continue;
            }
            return Arrays.copyOf(into.array(), into.position());
        }
    }

    @Property(tries = 40)
    void whatIsSealedInPiecesOfAnySizeOpens(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 0, max = 2_500_000) Integer> pieces,
            @ForAll @IntRange(min = 2, max = 10_000) int number)
            throws Exception {
        SealedPart part = sealed(new GcmSealer(parts), number, false, pieces);

        assertThat(part.bytes()).hasSize((int) AuthenticatedParts.sealedBytes(part.plain().length));
        assertThat(Arrays.equals(opened(part.bytes(), number, false), part.plain()))
                .isTrue();
    }

    /** Where a segment ends, and one byte before and behind it. */
    @Example
    void segmentsEndWhereTheyAreFull() throws Exception {
        int first = SEGMENT - HEADER - TAG;
        for (int around : List.of(0, 1, first, first + SEGMENT - TAG, first + 2 * (SEGMENT - TAG))) {
            for (int length = Math.max(0, around - 1); length <= around + 1; length++) {
                SealedPart part = sealed(new GcmSealer(parts), 2, false, List.of(length));

                assertThat(part.bytes()).hasSize((int) AuthenticatedParts.sealedBytes(length));
                assertThat(Arrays.equals(opened(part.bytes(), 2, false), part.plain()))
                        .isTrue();
                assertThat(Arrays.equals(byHand(part.bytes(), 2, false), part.plain()))
                        .isTrue();
            }
        }
    }

    @Example
    void preambleAndFooterStayAsTheyAre() throws Exception {
        GcmSealer sealer = new GcmSealer(parts);
        SealedPart first = sealed(sealer, 1, false, List.of(10, 100, 3 << 20));
        SealedPart last = sealed(sealer, 2, true, List.of(500, 64));

        assertThat(first.bytes()).hasSize(64 + (int) AuthenticatedParts.sealedBytes(46 + (3 << 20)));
        assertThat(Arrays.copyOf(first.bytes(), 64)).isEqualTo(Arrays.copyOf(first.plain(), 64));
        assertThat(opened(Arrays.copyOfRange(first.bytes(), 64, first.bytes().length), 1, false))
                .isEqualTo(Arrays.copyOfRange(first.plain(), 64, first.plain().length));
        int footerAt = last.bytes().length - 64;
        assertThat(Arrays.copyOfRange(last.bytes(), footerAt, footerAt + 64))
                .isEqualTo(Arrays.copyOfRange(last.plain(), 500, 564));
        assertThat(opened(Arrays.copyOf(last.bytes(), footerAt), 2, true)).isEqualTo(Arrays.copyOf(last.plain(), 500));
    }

    @Example
    void theLongestTrailerIsSealedToo() throws Exception {
        byte[] plain = random((2 << 20) + 32 + 64);

        byte[] sealed = new GcmSealer(parts).last(10_000, plain);

        assertThat(Arrays.equals(
                        opened(Arrays.copyOf(sealed, sealed.length - 64), 10_000, true),
                        Arrays.copyOf(plain, plain.length - 64)))
                .isTrue();
    }

    @Example
    void aPartThatIsSealedAgainHasOtherBytes() throws Exception {
        byte[] plain = random(1000);
        GcmSealer sealer = new GcmSealer(parts);
        sealer.begin(2, false);
        sealer.add(plain);
        byte[] once = sealer.end().bytes();
        sealer.begin(2, false);
        sealer.add(plain);
        byte[] again = sealer.end().bytes();

        assertThat(Arrays.copyOf(once, HEADER)).isNotEqualTo(Arrays.copyOf(again, HEADER));
        assertThat(opened(again, 2, false)).isEqualTo(plain);
    }

    @Example
    void opensInItsOwnPlaceOnly() {
        byte[] sealed = sealed(new GcmSealer(parts), 2, false, List.of(1000)).bytes();

        assertThatThrownBy(() -> opened(sealed, 3, false)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> opened(sealed, 2, true)).isInstanceOf(IOException.class);
        for (FileIdentity other : List.of(
                new FileIdentity(UUID.randomUUID(), FILE.setId(), 2, 3),
                new FileIdentity(FILE.dataKeyId(), new BackupSetId(UUID.randomUUID()), 2, 3),
                new FileIdentity(FILE.dataKeyId(), FILE.setId(), 1, 3),
                new FileIdentity(FILE.dataKeyId(), FILE.setId(), 2, 4))) {
            assertThatThrownBy(() -> new AuthenticatedParts(key(), other)
                            .open(new SeekableInMemoryByteChannel(sealed), 2, false)
                            .read(ByteBuffer.allocate(10)))
                    .as("%s", other)
                    .isInstanceOf(IOException.class);
        }
    }

    @Example
    void nothingIsSealedOnceTheKeyIsClosed() {
        DataKey key = key();
        GcmSealer sealer = new GcmSealer(new AuthenticatedParts(key, FILE));
        key.close();

        assertThatThrownBy(() -> sealer.begin(1, false)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new GcmSealer(parts).end()).isInstanceOf(IllegalStateException.class);
    }

    @Example
    void theAssociatedDataAreWhatTheFormatSays() {
        ByteBuffer expected = ByteBuffer.allocate(56).order(ByteOrder.LITTLE_ENDIAN);
        expected.put("BAKSTRIPE/1\0".getBytes(StandardCharsets.US_ASCII));
        for (int value = 15; value >= 0; value--) {
            expected.put((byte) value);
        }
        for (int value = 0; value < 16; value++) {
            expected.put((byte) (value * 0x11));
        }
        expected.putShort((short) 2).putShort((short) 3).putInt(77).putInt(1);

        assertThat(AuthenticatedParts.associatedData(FILE, 77, true)).isEqualTo(expected.array());
    }

    @Property
    void lengthsGoBothWays(@ForAll @LongRange(min = 0, max = 2L << 30) long plain) {
        assertThat(AuthenticatedParts.plainBytes(AuthenticatedParts.sealedBytes(plain)))
                .hasValue(plain);
    }

    @Example
    void noSealedBytesHaveLengthsInBetween() {
        for (long impossible : new long[] {0, 39, 55, SEGMENT + 1, SEGMENT + TAG}) {
            assertThat(AuthenticatedParts.plainBytes(impossible)).isEqualTo(OptionalLong.empty());
        }
        assertThat(AuthenticatedParts.plainBytes(56)).hasValue(0);
        assertThat(AuthenticatedParts.plainBytes(SEGMENT)).hasValue(SEGMENT - HEADER - TAG);
        assertThat(AuthenticatedParts.plainBytes(SEGMENT + TAG + 1)).hasValue(SEGMENT - HEADER - TAG + 1);
    }

    /** As a program without Tink would: length 40, salt 32, nonce prefix 7; then segments with nonce prefix, number, and 1 for the last one. */
    private byte[] byHand(byte[] sealed, int number, boolean last) throws GeneralSecurityException {
        assertThat(sealed[0]).isEqualTo((byte) HEADER);
        byte[] suiteKey = hkdf(keyBytes, new byte[32], "bakstripe/1/authenticated".getBytes(StandardCharsets.US_ASCII));
        byte[] streamKey = hkdf(
                suiteKey, Arrays.copyOfRange(sealed, 1, 33), AuthenticatedParts.associatedData(FILE, number, last));
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        int from = HEADER;
        for (int segment = 0; from < sealed.length; segment++) {
            int end = Math.min(sealed.length, (segment + 1) * SEGMENT);
            byte[] nonce = ByteBuffer.allocate(12)
                    .put(sealed, 33, 7)
                    .putInt(segment)
                    .put((byte) (end == sealed.length ? 1 : 0))
                    .array();
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(streamKey, "AES"), new GCMParameterSpec(8 * TAG, nonce));
            plain.writeBytes(cipher.doFinal(sealed, from, end - from));
            from = end;
        }
        return plain.toByteArray();
    }

    /** One block of output is all that is needed. */
    private static byte[] hkdf(byte[] key, byte[] salt, byte[] info) throws GeneralSecurityException {
        byte[] extracted = mac(salt, key);
        byte[] last = Arrays.copyOf(info, info.length + 1);
        last[info.length] = 1;
        return mac(extracted, last);
    }

    private static byte[] mac(byte[] key, byte[] data) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(data);
    }
}
