package io.bakstripe.api.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bakstripe.api.testing.DeclaredLogins;
import io.bakstripe.protocol.error.BackupError;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GateTest {
    private static final String HERE = "192.0.2.1";
    private static final String THERE = "192.0.2.2";
    private static final int AT_ONCE = 3;
    private static final Duration INTERVAL = Duration.ofSeconds(6);

    private Instant now = DeclaredLogins.NOON.minusSeconds(60);
    private final ArrayDeque<Runnable> hashing = new ArrayDeque<>();
    private int hashed;
    private final Gate gate = new Gate(
            "secret", new AccessSettings(DeclaredLogins.all(), AT_ONCE, INTERVAL, false), hashing::add, () -> now);

    private static String bearer(String token) {
        return "Bearer " + token;
    }

    private CompletionStage<Admission> ask(String header, String address) {
        return gate.admit(Optional.of(header), address);
    }

    private Admission answer(String header, String address) {
        CompletionStage<Admission> asked = ask(header, address);
        hash();
        return asked.toCompletableFuture().getNow(Admission.Refused.of(BackupError.INTERNAL.problem("no answer")));
    }

    private void hash() {
        while (!hashing.isEmpty()) {
            hashed++;
            hashing.remove().run();
        }
    }

    private static BackupError error(Admission admission) {
        return ((Admission.Refused) admission).problem().error();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer secret", "bearer secret", "BEARER   secret"})
    void knowsTheMastersToken(String header) {
        assertThat(answer(header, HERE)).isEqualTo(new Admission.Admitted(Principal.MASTER));
        assertThat(hashed).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "Bearer",
                "Bearer ",
                "Bearer Secret",
                "Bearer secre",
                "Bearer secret2",
                "Basic secret",
                "Bearer secret secret",
                "Bearer \"\"",
                "Bearer bk_reader_0123456789abcdef",
                "Bearer bk_nobody_0123456789abcdefnobody",
                "Bearer bk_operator_0123456789abcdefreader",
                "Bearer bk_reader_0123456789abcdefreaderx",
                "Bearer bk__0123456789abcdefreader",
                "Bearer bk_reader_"
            })
    void knowsNoOther(String header) {
        assertThat(error(answer(header, HERE))).isEqualTo(BackupError.TOKEN_MISSING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void acceptsNoBlankToken(String blank) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Gate(blank, AccessSettings.masterOnly(), Runnable::run, () -> now));
    }

    @ParameterizedTest
    @ValueSource(strings = {"reader", "operator", "boss", "limited", "expired"})
    void knowsWhatIsDeclared(String name) {
        Admission admission = answer(bearer(DeclaredLogins.token(name)), HERE);

        assertThat(((Admission.Admitted) admission).principal().login().name()).isEqualTo(name);
    }

    @Test
    void computesTheHashOfARightTokenOnce() {
        List<CompletionStage<Admission>> asked = new ArrayList<>();
        for (int call = 0; call < 50; call++) {
            asked.add(ask(bearer(DeclaredLogins.token("reader")), HERE));
        }
        hash();
        for (int call = 0; call < 50; call++) {
            asked.add(ask(bearer(DeclaredLogins.token("reader")), HERE));
        }

        assertThat(hashed).isEqualTo(1);
        assertThat(asked)
                .allSatisfy(one -> assertThat(one.toCompletableFuture())
                        .isCompletedWithValueMatching(Admission.Admitted.class::isInstance));
    }

    @Test
    void computesNothingForLoginsThatThereAreNot() {
        answer(bearer("bk_nobody_0123456789abcdef"), HERE);
        answer(bearer("whatever"), HERE);

        assertThat(hashed).isZero();
    }

    @Test
    void refusesATokenFromItsEndOnEvenWhenItWasRightBefore() {
        String header = bearer(DeclaredLogins.token("expired"));
        now = DeclaredLogins.NOON.minusNanos(1);
        assertThat(answer(header, HERE)).isInstanceOf(Admission.Admitted.class);

        now = DeclaredLogins.NOON;

        assertThat(error(answer(header, HERE))).isEqualTo(BackupError.TOKEN_EXPIRED);
    }

    @Test
    void doesNotSayThatAWrongTokenHasExpired() {
        now = DeclaredLogins.NOON.plusSeconds(1);

        assertThat(error(answer(bearer("bk_expired_0123456789abcdef"), HERE))).isEqualTo(BackupError.TOKEN_MISSING);
    }

    @Test
    void letsAnAddressWaitAfterTooManyWrongTokens() {
        for (int attempt = 0; attempt < AT_ONCE; attempt++) {
            assertThat(error(answer(bearer("bk_reader_wrongwrongwrong" + attempt), HERE)))
                    .isEqualTo(BackupError.TOKEN_MISSING);
        }
        int before = hashed;

        Admission.Refused refused = (Admission.Refused) answer(bearer("bk_reader_wrongwrongwrong9"), HERE);

        assertThat(refused.problem().error()).isEqualTo(BackupError.TOKENS_TOO_MANY);
        assertThat(refused.retryAfter()).contains(INTERVAL);
        assertThat(hashed).isEqualTo(before);
        // Not even a right one is looked at now, or guessing would go on for free.
        assertThat(error(answer(bearer(DeclaredLogins.token("reader")), HERE))).isEqualTo(BackupError.TOKENS_TOO_MANY);
        assertThat(answer(bearer(DeclaredLogins.token("reader")), THERE)).isInstanceOf(Admission.Admitted.class);
        assertThat(answer("Bearer secret", HERE)).isInstanceOf(Admission.Admitted.class);

        now = now.plus(INTERVAL);

        assertThat(answer(bearer(DeclaredLogins.token("operator")), HERE)).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void doesNotTouchCallersWhoseTokensAreKnownWhenTheirAddressMustWait() {
        answer(bearer(DeclaredLogins.token("reader")), HERE);
        for (int attempt = 0; attempt < 10; attempt++) {
            answer(bearer("wrong" + attempt), HERE);
        }

        assertThat(error(answer(bearer("wrong"), HERE))).isEqualTo(BackupError.TOKENS_TOO_MANY);
        assertThat(answer(bearer(DeclaredLogins.token("reader")), HERE)).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void countsNeitherRightTokensNorCallsWithoutOne() {
        for (int call = 0; call < 10; call++) {
            assertThat(error(gate.admit(Optional.empty(), HERE)
                            .toCompletableFuture()
                            .join()))
                    .isEqualTo(BackupError.TOKEN_MISSING);
            for (String name : List.of("reader", "operator", "boss", "limited")) {
                assertThat(answer(bearer(DeclaredLogins.token(name)), HERE)).isInstanceOf(Admission.Admitted.class);
            }
        }
    }

    @Test
    void looksAtABoundedNumberOfTokensAtATime() {
        List<CompletionStage<Admission>> asked = new ArrayList<>();
        for (int caller = 0; caller < 1000; caller++) {
            asked.add(ask(bearer("bk_reader_wrongwrongwrong" + caller), "192.0.2." + caller));
        }

        assertThat(hashing).hasSizeLessThanOrEqualTo(200);
        assertThat(error(asked.get(999).toCompletableFuture().join())).isEqualTo(BackupError.TOKENS_TOO_MANY);
        hash();
        assertThat(error(asked.get(0).toCompletableFuture().join())).isEqualTo(BackupError.TOKEN_MISSING);
        assertThat(answer(bearer(DeclaredLogins.token("reader")), HERE)).isInstanceOf(Admission.Admitted.class);
    }
}
