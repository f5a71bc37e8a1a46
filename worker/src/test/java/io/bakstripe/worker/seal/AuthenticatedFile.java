package io.bakstripe.worker.seal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.WrappedKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

/** Opens a whole file of mode 2 as any program would that follows {@code docs/format.md}, part 5.2, and shows it as if nothing in it were sealed. */
public final class AuthenticatedFile {
    private final ByteBuffer stored;
    private final FileIdentity identity;
    private final AuthenticatedParts parts;

    private AuthenticatedFile(byte[] stored, byte[] keys, KeyService service) throws IOException {
        this.stored = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        this.identity = new FileIdentity(
                uuid(40), new BackupSetId(uuid(16)), this.stored.getShort(12), this.stored.getShort(14));
        this.parts = new AuthenticatedParts(key(keys, service), identity);
    }

    /**
     * The file in plain space; {@link AssertionError} where it does not open.
     *
     * @param keys the key object's bytes
     */
    public static byte[] open(byte[] stored, byte[] keys, KeyService service) {
        try {
            return new AuthenticatedFile(stored, keys, service).plain();
        } catch (IOException wrong) {
            throw new AssertionError("the file does not open", wrong);
        }
    }

    private UUID uuid(int at) {
        ByteBuffer big = stored.duplicate().order(ByteOrder.BIG_ENDIAN);
        return new UUID(big.getLong(at), big.getLong(at + 8));
    }

    private DataKey key(byte[] keys, KeyService service) throws IOException {
        for (JsonNode file : new ObjectMapper().readTree(keys).get("files")) {
            if (file.get("dataKeyId").asText().equals(identity.dataKeyId().toString())) {
                JsonNode wrapped = file.get("wrapped").get(0);
                Map<String, String> context = new HashMap<>();
                wrapped.get("encryptionContext")
                        .fields()
                        .forEachRemaining(entry ->
                                context.put(entry.getKey(), entry.getValue().asText()));
                return service.unwrap(new WrappedKey(
                                KeyArn.parse(wrapped.get("keyArn").asText()),
                                new EncryptionContext(context),
                                wrapped.get("ciphertext").asText()))
                        .toCompletableFuture()
                        .join();
            }
        }
        throw new AssertionError("no entry of this file");
    }

    private byte[] plain() throws IOException {
        int footerAt = stored.capacity() - 64;
        int trailerAt = (int) stored.getLong(footerAt + 32);
        int lastPart = stored.getInt(footerAt + 44);
        byte[] trailer = opened(trailerAt, footerAt, lastPart, true);
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        plain.write(stored.array(), 0, 64);
        ByteBuffer payload = ByteBuffer.wrap(trailer, 32, trailer.length - 32).order(ByteOrder.LITTLE_ENDIAN);
        payload.position(payload.position() + 4 + payload.getInt(payload.position()));
        int count = payload.getInt();
        int at = 64;
        for (int number = 1; number <= count; number++) {
            long frames = payload.getLong(payload.position() + 16) - (number == 1 ? 64 : 0);
            payload.position(payload.position() + 32);
            int end = at + (int) (40 + frames + 16 * ((40 + frames + 1048559) / 1048560));
            plain.writeBytes(opened(at, end, number, false));
            at = end;
        }
        if (at != trailerAt || count + 1 != lastPart) {
            throw new AssertionError("the parts end at " + at + ", the last one begins at " + trailerAt);
        }
        int plainTrailerAt = plain.size();
        plain.writeBytes(trailer);
        return withFooter(plain, plainTrailerAt, trailer.length, footerAt);
    }

    private byte[] withFooter(ByteArrayOutputStream plain, int trailerAt, int trailerBytes, int footerAt) {
        ByteBuffer footer = ByteBuffer.wrap(Arrays.copyOfRange(stored.array(), footerAt, footerAt + 64))
                .order(ByteOrder.LITTLE_ENDIAN);
        footer.putLong(32, trailerAt).putInt(40, trailerBytes).putLong(48, (long) trailerAt + trailerBytes + 64);
        CRC32C sum = new CRC32C();
        sum.update(footer.array(), 0, 60);
        footer.putInt(60, (int) sum.getValue());
        plain.writeBytes(footer.array());
        return plain.toByteArray();
    }

    private byte[] opened(int from, int to, int number, boolean last) {
        byte[] sealed = Arrays.copyOfRange(stored.array(), from, to);
        try (SeekableByteChannel channel = parts.open(new SeekableInMemoryByteChannel(sealed), number, last)) {
            ByteBuffer into = ByteBuffer.allocate((int) channel.size());
            while (into.hasRemaining() && channel.read(into) >= 0) {
                continue;
            }
            return Arrays.copyOf(into.array(), into.position());
        } catch (IOException wrong) {
            throw new UncheckedIOException("part " + number + " is not genuine", wrong);
        }
    }
}
