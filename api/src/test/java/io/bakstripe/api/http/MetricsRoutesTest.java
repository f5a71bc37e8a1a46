package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.ServedApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MetricsRoutesTest {
    @RegisterExtension
    static final ServedApi API = new ServedApi();

    @Test
    void answerAsTextWithAndWithoutTheBasePath() {
        for (String path : new String[] {"/metrics", "/api/v1/metrics"}) {
            ServedApi.Answer answer = API.get(path);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=UTF-8");
            assertThat(answer.response().body()).isEqualTo("bakstripe_node_ready 1\n");
        }
    }

    @Test
    void nameDatabasesSoNobodySeesThemWithoutAToken() {
        assertThat(API.send(API.bare("/metrics").GET()).status()).isEqualTo(401);
        assertThat(API.send(API.bare("/api/v1/metrics").GET()).status()).isEqualTo(401);
    }
}
