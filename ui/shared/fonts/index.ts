// The faces that both pages show: import once, beside `tokens.css`.
import '@fontsource/biz-udpgothic/400.css';
import '@fontsource/biz-udpgothic/700.css';
import './figures.css';
