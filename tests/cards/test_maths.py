import pytest

from cards import markdown
from cards.maths import MathError, readable, to_mathml

FORMULAS = r"""
\sigma(x) = \frac{1}{1 + e^{-x}}
\softmax(z)_i = \frac{e^{z_i}}{\sum_{j=1}^{K} e^{z_j}}
L = -\frac{1}{n} \sum_{i=1}^n \left[ y_i \log p_i + (1 - y_i) \log (1 - p_i) \right]
\KL(P \| Q) = \sum_x P(x) \log \frac{P(x)}{Q(x)}
\hat{\beta} = (X^\top X)^{-1} X^\top y
\hat{\beta}_\lambda = \argmin_\beta \lVert y - X\beta \rVert_2^2 + \lambda \lVert \beta \rVert_2^2
\E[(y - \hat f)^2] = \text{bias}^2 + \Var(\hat f) + \sigma^2
P(A \mid B) = \frac{P(B \mid A)\, P(A)}{P(B)}
\text{Attention}(Q, K, V) = \softmax\left( \frac{QK^\top}{\sqrt{d_k}} \right) V
\theta_{t+1} = \theta_t - \eta \nabla_\theta L(\theta_t)
\hat m_t = \frac{m_t}{1 - \beta_1^t}, \quad \hat v_t = \frac{v_t}{1 - \beta_2^t}
f_t = \sigma(W_f [h_{t-1}, x_t] + b_f)
c_t = f_t \odot c_{t-1} + i_t \odot \tilde c_t
A = U \Sigma V^\top
A v = \lambda v
\det(A - \lambda I) = 0
\mathcal{N}(\mu, \Sigma)
p(x) = \frac{1}{\sqrt{2\pi}\sigma} \exp\left( -\frac{(x - \mu)^2}{2\sigma^2} \right)
\nabla f(x^*) + \sum_i \lambda_i \nabla g_i(x^*) = 0
k(x, x') = \exp(-\gamma \lVert x - x' \rVert^2)
\max_\alpha \sum_i \alpha_i - \frac12 \sum_{i,j} \alpha_i \alpha_j y_i y_j \langle x_i, x_j \rangle
F_1 = \frac{2PR}{P + R}
\text{NDCG}@k = \frac{\text{DCG}@k}{\text{IDCG}@k}
\text{BM25} = \sum_{t \in q} \text{IDF}(t) \cdot \frac{f_t (k_1 + 1)}{f_t + k_1 (1 - b + b \frac{|d|}{\bar d})}
Q(s, a) \leftarrow Q(s, a) + \alpha \left[ r + \gamma \max_{a'} Q(s', a') - Q(s, a) \right]
V^\pi(s) = \E_\pi \left[ \sum_{t=0}^\infty \gamma^t r_t \right]
L_{\text{DPO}} = -\E \log \sigma\left( \beta \log \frac{\pi_\theta(y_w)}{\pi_{\text{ref}}(y_w)} - \beta \log \frac{\pi_\theta(y_l)}{\pi_{\text{ref}}(y_l)} \right)
x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon
\log p(x) \ge \E_{q}[\log p(x \mid z)] - \KL(q(z \mid x) \| p(z))
L(N, D) = E + \frac{A}{N^\alpha} + \frac{B}{D^\beta}
C \approx 6 N D
\begin{pmatrix} \cos m\theta & -\sin m\theta \\ \sin m\theta & \cos m\theta \end{pmatrix}
\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}
\begin{aligned} a &= 1 + \tfrac12 b \\ b &= 1 + \tfrac12 a \end{aligned}
\binom{n}{k} p^k (1-p)^{n-k}
\bar X_n \xrightarrow{d} \mathcal{N}\left(\mu, \tfrac{\sigma^2}{n}\right)
n = \frac{2 (z_{1-\alpha/2} + z_{1-\beta})^2 \sigma^2}{\delta^2}
\mathbb{1}[y_i \ne \hat y_i]
W' = W + \frac{\alpha}{r} B A, \quad B \in \mathbb{R}^{d \times r}
\underbrace{2 L H_{kv} d_h}_{\text{per token}} \times T
\operatorname{rank}(A) \le \min(m, n) \implies \dim \ker A \ge n - m
""".strip().splitlines()


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_of_the_field_renders(formula):
    assert markdown.check(f"$${formula}$$") == []
    assert to_mathml(formula, display=True).startswith('<math display="block">')
    assert " style=" not in to_mathml(formula, display=False)


def test_there_are_forty_of_them():
    assert len(FORMULAS) >= 40


@pytest.mark.parametrize(
    "formula", [r"\newcommand{\x}{1}\x", r"\label{a}", r"\def\a{\a\a}\a", "{" * 40 + "}" * 40]
)
def test_formulas_that_define_link_or_nest_are_refused(formula):
    with pytest.raises(MathError) as error:
        to_mathml(formula, display=False)
    assert error.value.formula == formula


def test_aligned_columns_become_classes():
    assert 'class="m-right m-pr0"' in to_mathml(r"\begin{aligned} a &= b \end{aligned}", display=True)


def test_tex_stays_readable():
    assert readable(r"\hat{y} \le \text{max}(0, x) \times 2") == "hat y ≤ max(0, x) × 2"


@pytest.mark.parametrize(
    ("formula", "mark"), [(r"\hat y", "ˆ"), (r"\bar y", "ˉ"), (r"\tilde y", "˜"), (r"\ddot y", "¨")]
)
def test_accents_may_stretch_since_webkit_puts_others_on_a_line_of_their_own(formula, mark):
    assert f'<mo stretchy="true">{mark}</mo></mover>' in to_mathml(formula, display=False)
