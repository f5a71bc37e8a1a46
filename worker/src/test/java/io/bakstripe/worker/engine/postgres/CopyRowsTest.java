package io.bakstripe.worker.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyRowsTest {
    private static final int NULL = -1;
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 19, 64, 100_000})
    void readsRowsHoweverTheStreamIsCut(int pieceBytes) throws Exception {
        byte[] stream = stream(3, NULL, 0, 500);
        CopyRows rows = new CopyRows(1000);
        List<String> seen = new ArrayList<>();
        for (int at = 0; at < stream.length; at += pieceBytes) {
            rows.feed(Arrays.copyOfRange(stream, at, Math.min(stream.length, at + pieceBytes)));
            for (CopyRows.Row row = rows.poll(); row != null; row = rows.poll()) {
                seen.add(row.number() + ":"
                        + (row.value() == null ? "null" : row.value().limit()));
            }
        }

        assertThat(seen).containsExactly("0:3", "1:null", "2:0", "3:500");
        assertThat(rows.ended()).isTrue();
    }

    @Test
    void refusesWhatIsNoSuchStream() throws Exception {
        refused("signature", new byte[30]);
        refused("3 fields", with(19, (byte) 0, (byte) 3));
        refused("no int4", with(21, (byte) 0, (byte) 0, (byte) 0, (byte) 8));
        refused("2147483647 bytes", with(29, (byte) 0x7F, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF));
        refused("-2 bytes", with(29, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFE));
        refused("1001 bytes", stream(1001));
        refused("extension", with(18, (byte) 1));
    }

    private static void refused(String text, byte[] stream) {
        CopyRows rows = new CopyRows(1000);
        rows.feed(stream);
        assertThatThrownBy(rows::poll)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    private static byte[] with(int at, byte... bytes) throws IOException {
        byte[] stream = stream(3);
        System.arraycopy(bytes, 0, stream, at, bytes.length);
        return stream;
    }

    /** Rows with values of these lengths. */
    private static byte[] stream(int... lengths) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(SIGNATURE);
        out.writeInt(0);
        out.writeInt(0);
        for (int i = 0; i < lengths.length; i++) {
            out.writeShort(2);
            out.writeInt(4);
            out.writeInt(i);
            out.writeInt(lengths[i]);
            out.write(new byte[Math.max(0, lengths[i])]);
        }
        out.writeShort(-1);
        return bytes.toByteArray();
    }
}
