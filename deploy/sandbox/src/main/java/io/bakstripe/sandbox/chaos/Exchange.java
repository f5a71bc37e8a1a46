package io.bakstripe.sandbox.chaos;

import io.bakstripe.sandbox.kms.KeyService;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** One request on a client's connection: through to the store and back, or whatever its strike makes of it. */
final class Exchange {
    private final Call call;
    private final RequestHead head;
    private final long length;
    private final ClientConnection client;
    private final Backend backend;

    private Exchange(RequestHead head, ClientConnection client, Backend backend) {
        this.call = Call.of(head);
        this.head = head;
        this.length = head.contentLength();
        this.client = client;
        this.backend = backend;
    }

    /**
     * Carries out one request whose head was read.
     *
     * @return whether the connection can carry another one
     */
    static boolean run(RequestHead head, ClientConnection client, Backend backend, Script script)
            throws IOException, InterruptedException {
        if (head.contentLength() < 0) {
            Answers.error(client.out(), head, 411, Answers.usualCode(411));
            return false;
        }
        Exchange exchange = new Exchange(head, client, backend);
        if (script.judge(exchange.call) instanceof Script.Verdict.Allowed allowed) {
            return allowed.strike().isPresent()
                    ? exchange.struck(allowed.strike().get(), allowed.hidesAbsence())
                    : exchange.pass(allowed.hidesAbsence());
        }
        return exchange.call.action().isOfKeys()
                ? exchange.denied().pass(false)
                : exchange.answerInstead(403, "AccessDenied", false);
    }

    /** The key service says who is denied what. */
    private Exchange denied() {
        RequestHead marked =
                new RequestHead(head.method(), head.target(), head.headers().with(KeyService.DENIED, "true"));
        return new Exchange(marked, client, backend);
    }

    private boolean struck(Strike strike, boolean hidesAbsence) throws IOException, InterruptedException {
        strike.awaitDelay();
        Fault fault = strike.fault();
        if (fault instanceof Fault.ErrorAnswer error) {
            return answerInstead(
                    error.status(),
                    error.code().orElseGet(() -> Answers.usualCode(error.status(), call.action())),
                    error.executed());
        } else if (fault instanceof Fault.ErrorInside inside) {
            return answerInstead(200, inside.code(), inside.executed());
        } else if (fault instanceof Fault.Reset) {
            return client.cut();
        } else if (fault instanceof Fault.Lost) {
            execute(client.body(head));
            return client.cut();
        } else if (fault instanceof Fault.CutUpload cut) {
            return cutUpload(strike, cut);
        } else if (fault instanceof Fault.Truncate truncate) {
            return truncate(strike, truncate);
        } else if (fault instanceof Fault.FlipBit flip) {
            return flip(strike, flip, hidesAbsence);
        } else if (fault instanceof Fault.Freeze) {
            return freeze(strike, hidesAbsence);
        } else if (fault instanceof Fault.ForeignObject foreign) {
            backend.putForeign(call.bucket(), foreign.at().orElse(call.key()));
        }
        return pass(hidesAbsence);
    }

    private boolean pass(boolean hidesAbsence) throws IOException {
        try (Upstream store = send(client.body(head), -1, 0)) {
            return relay(store.answer(), hidesAbsence, -1, 0);
        }
    }

    /** Sends the whole request; a store that answers before it has read all of it is listened to all the same. */
    private Upstream send(InputStream body, long flipped, int bit) throws IOException {
        Upstream store = Upstream.open(backend.port());
        try {
            OutputStream out = store.out();
            out.write(head.toBytes());
            Streams.copyFlipping(body, new Unbreakable(out), length, flipped, bit);
            return store;
        } catch (IOException e) {
            store.close();
            throw e;
        }
    }

    private boolean relay(Upstream.Answer answer, boolean hidesAbsence, long flipped, int bit) throws IOException {
        if (hidesAbsence
                && answer.status() == 404
                && call.action().permissions().contains("s3:GetObject")) {
            Answers.error(client.out(), head, 403, "AccessDenied");
            return true;
        }
        client.out().write(answer.headBytes());
        if (answer.headers().contentLength().isEmpty() || head.method().equals("HEAD")) {
            answer.body().transferTo(client.out());
            client.out().flush();
            return answer.isFramed();
        }
        Streams.copyFlipping(
                answer.body(), client.out(), answer.headers().contentLength().getAsLong(), flipped, bit);
        return true;
    }

    private void execute(InputStream body) throws IOException {
        try (Upstream store = send(body, -1, 0)) {
            store.answer().body().transferTo(OutputStream.nullOutputStream());
        }
    }

    private boolean answerInstead(int status, String code, boolean executed) throws IOException {
        if (executed) {
            execute(client.body(head));
        } else {
            Streams.copy(client.body(head), OutputStream.nullOutputStream(), length);
        }
        Answers.error(client.out(), head, status, code);
        return true;
    }

    private boolean cutUpload(Strike strike, Fault.CutUpload cut) throws IOException {
        if (length > 0) {
            Upstream store = Upstream.open(backend.port());
            store.out().write(head.toBytes());
            Streams.copy(client.body(head), store.out(), strike.place(cut.bytes(), length));
            store.cut();
        }
        return client.cut();
    }

    private boolean truncate(Strike strike, Fault.Truncate truncate) throws IOException {
        try (Upstream store = send(client.body(head), -1, 0)) {
            Upstream.Answer answer = store.answer();
            long whole = head.method().equals("HEAD")
                    ? 0
                    : answer.headers().contentLength().orElse(0);
            if (whole == 0) {
                return client.cut();
            }
            client.out().write(answer.headBytes());
            Streams.copy(answer.body(), client.out(), strike.place(truncate.bytes(), whole));
            return false;
        }
    }

    private boolean flip(Strike strike, Fault.FlipBit flip, boolean hidesAbsence) throws IOException {
        int bit = (int) (strike.draw() >>> 61);
        if (call.action().sendsContent() && length > 0) {
            try (Upstream store = send(client.body(head), strike.place(flip.offset(), length), bit)) {
                return relay(store.answer(), hidesAbsence, -1, 0);
            }
        }
        try (Upstream store = send(client.body(head), -1, 0)) {
            Upstream.Answer answer = store.answer();
            long whole = answer.headers().contentLength().orElse(0);
            return relay(answer, hidesAbsence, whole == 0 ? -1 : strike.place(flip.offset(), whole), bit);
        }
    }

    private boolean freeze(Strike strike, boolean hidesAbsence) throws IOException, InterruptedException {
        byte[] body = client.body(head).readNBytes(Math.toIntExact(length));
        strike.thawed().await();
        try (Upstream store = send(new ByteArrayInputStream(body), -1, 0)) {
            return relay(store.answer(), hidesAbsence, -1, 0);
        }
    }
}
